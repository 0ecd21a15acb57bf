//! All that is known of a case study, read at once.
use super::store::{self, StoryRow, said, said::Side};
use crate::platform::access::PartnerRow;
use crate::platform::access::store::partner_by_id;
use crate::platform::refusal::{Fault, Stop};
use crate::platform::work::Work;
use crate::sales::store::{self as sales, SaleRow};
use crate::stories::rules;
use crate::wins;
use schema::card::{SaleWin, StoryText};
use schema::ids::StoryNumber;

#[derive(Debug, Clone)]
pub struct Facts {
    pub row: StoryRow,
    pub author: PartnerRow,
    pub sale: SaleRow,
    /// The author's part of the sale as it may be shown, with its industry's name.
    pub win: Option<(SaleWin, Option<String>)>,
    pub texts: Vec<StoryText>,
    /// Whether the client agreed, once it was said.
    pub client: Option<bool>,
}

impl Facts {
    /// # Errors
    /// When the database refuses.
    pub async fn of(work: &mut Work<'_>, row: StoryRow) -> Result<Self, Fault> {
        let bug = |what: &str| Fault::Data(format!("{} has no {what}", row.number));
        let author = partner_by_id(work.tx, &row.partner_id.to_string()).await?;
        let author = author.ok_or_else(|| bug("author"))?;
        let sale = sales::by_id(work.tx, &row.sale_id).await?.ok_or_else(|| bug("sale"))?;
        let win = wins::actions::sale_win(work, &sale, Some(row.partner_id)).await?;
        let texts = said::texts(work.tx, &row.id).await?;
        let client = said::consents(work.tx, &row.id, Side::Client).await?;
        Ok(Self { row, author, sale, win, texts, client })
    }

    /// # Errors
    /// `E-REF` when there is none of this number.
    pub async fn known(work: &mut Work<'_>, number: StoryNumber) -> Result<Self, Stop> {
        let row = store::by_number(work.tx, number).await?;
        let row = row.ok_or_else(rules::no_such_story)?;
        Ok(Self::of(work, row).await?)
    }

    /// The client's name, where they agreed.
    #[must_use]
    pub fn client_name(&self) -> Option<&str> {
        (self.client == Some(true)).then_some(self.sale.client_name.as_str())
    }

    #[must_use]
    pub fn text(&self, part: schema::card::StoryPart) -> Option<&str> {
        self.texts.iter().find(|text| text.part == part).map(|text| text.text.as_str())
    }
}
